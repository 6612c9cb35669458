"""A run of Odoo counts as green only when tests ran and nothing was complained about."""

from devtools.odoo_log import judge

START = "2026-01-01 10:00:00,000 1234 {level} some_db {logger}: {text} "


def line(text, level="INFO", logger="odoo.tests.result"):
    return START.format(level=level, logger=logger, text=text)


GREEN = line("0 failed, 0 error(s) of 25 tests when loading database 'some_db'")


def test_a_green_run_has_its_tests_counted():
    judged = judge("\n".join([line("Starting post tests"), GREEN]))
    assert (judged.tests, judged.failed, judged.errors, judged.skipped) == (25, 0, (), ())


def test_failures_and_errors_both_count():
    judged = judge(line("2 failed, 1 error(s) of 9 tests when loading database 'd'", "ERROR"))
    assert (judged.tests, judged.failed) == (9, 3)


def test_a_run_that_was_cut_short_has_no_count():
    assert judge(line("Starting post tests")).tests is None


def test_a_warning_of_any_logger_is_reported_with_what_follows_it():
    warning = line("something odd", "WARNING", "py.warnings")
    judged = judge("\n".join([warning, "  File x, line 1", GREEN, "harmless"]))
    assert judged.errors == ("WARNING py.warnings: something odd \n  File x, line 1",)


def test_a_skipped_test_is_named_with_its_reason():
    skipped = line("skipped TestTour.test_it : Chrome executable not found", logger="odoo.addons.x")
    assert judge(f"{skipped}\n{GREEN}").skipped == (
        "TestTour.test_it: Chrome executable not found ",
    )


def test_an_addon_of_another_series_beside_ours_is_no_problem_of_ours():
    text = "The module sign_oca has an incompatible version, setting installable=False"
    assert judge(line(text, "WARNING", "odoo.modules.module")).errors == ()


def test_our_own_addon_of_another_series_is():
    text = "The module email_communication has an incompatible version, setting installable=False"
    assert len(judge(line(text, "WARNING", "odoo.modules.module")).errors) == 1


def test_colours_do_not_hide_a_level():
    coloured = line("boom", "\x1b[1;31mERROR\x1b[0m")
    assert len(judge(coloured).errors) == 1
