from core.domain.changes import find_changes
from core.domain.report import DomainReport
from core.findings.finding import finding

SPF_OK = finding("spf_ok", "spf", "a.test", "TXT", ["v=spf1 mx ~all"], lookups=1, void_lookups=0)
SPF_MISSING = finding("spf_missing", "spf", "a.test", "TXT")
SPF_UNKNOWN = finding("spf_unknown", "spf", "a.test", "TXT", status="servfail")


def report(*findings):
    return DomainReport("a.test", findings, "2026-11-22T10:00:00+00:00", 0.1)


def mx(*found):
    return finding("mx_ok", "mx", "a.test", "MX", found, hosts="mail.a.test")


def test_the_first_report_changes_nothing():
    assert find_changes(report(SPF_MISSING), []) == ()


def test_a_lost_record_is_a_regression_and_its_return_is_not():
    [change] = find_changes(report(SPF_MISSING), [report(SPF_OK)])
    assert change.is_regression
    assert (change.record_type, change.name) == ("spf", "a.test")
    assert change.before == (SPF_OK,)
    assert change.after == (SPF_MISSING,)
    [change] = find_changes(report(SPF_OK), [report(SPF_MISSING)])
    assert not change.is_regression


def test_an_outage_of_the_dns_is_no_change():
    assert find_changes(report(SPF_UNKNOWN), [report(SPF_OK)]) == ()
    assert find_changes(report(SPF_OK), [report(SPF_UNKNOWN), report(SPF_OK)]) == ()
    [change] = find_changes(report(SPF_MISSING), [report(SPF_UNKNOWN), report(SPF_OK)])
    assert change.before == (SPF_OK,)


def test_information_that_could_not_be_had_is_no_change():
    unsigned = finding("dnssec_unsigned", "dnssec", "a.test", "DS")
    unknown = finding("dnssec_unknown", "dnssec", "a.test", "DS")
    assert find_changes(report(unknown), [report(unsigned)]) == ()
    assert find_changes(report(unsigned), [report(unknown)]) == ()


def test_a_changed_value_with_the_same_verdict_is_told():
    [change] = find_changes(report(mx("10 b.test")), [report(mx("10 a.test"))])
    assert not change.is_regression


def test_the_order_of_records_is_no_change():
    before, after = report(mx("10 a.test", "20 b.test")), report(mx("20 b.test", "10 a.test"))
    assert find_changes(after, [before]) == ()


def test_addresses_of_a_providers_host_may_rotate():
    def host(address):
        return finding("smtp_host_ok", "smtp_host", "smtp.p.test", "PTR", [address], host="p")

    assert find_changes(report(host("192.0.2.1")), [report(host("192.0.2.2"))]) == ()


def test_something_new_has_not_got_worse():
    new = finding("dkim_missing", "dkim", "s._domainkey.a.test", "TXT", selector="s")
    [change] = find_changes(report(SPF_OK, new), [report(SPF_OK)])
    assert change.before == ()
    assert not change.is_regression


def test_senders_are_told_apart():
    def sender(name, code):
        return finding(code, "alignment", "a.test", "", sender=name, spf="aligned", dkim="aligned")

    before = report(sender("One", "alignment_ok"), sender("Two", "alignment_ok"))
    after = report(sender("One", "alignment_ok"), sender("Two", "alignment_fails"))
    [change] = find_changes(after, [before])
    assert change.name == "Two"
    assert change.is_regression


GONE = finding("domain_missing", "domain", "a.test", "MX")


def test_a_domain_that_vanishes_is_a_regression_and_its_return_is_told():
    [change] = find_changes(report(GONE), [report(SPF_OK)])
    assert change.is_regression
    assert (change.record_type, change.name, change.after) == ("domain", "a.test", (GONE,))
    assert find_changes(report(GONE), [report(GONE), report(SPF_OK)]) == ()
    [change] = find_changes(report(SPF_OK), [report(GONE), report(SPF_OK)])
    assert (change.record_type, change.before) == ("domain", (GONE,))
    assert not change.is_regression


def test_an_outage_does_not_hide_that_a_domain_has_vanished():
    [change] = find_changes(report(GONE), [report(SPF_UNKNOWN), report(SPF_OK)])
    assert change.is_regression


def test_a_domain_that_appears_has_not_got_worse():
    changes = find_changes(report(SPF_MISSING), [report(GONE)])
    assert {change.record_type for change in changes} == {"domain", "spf"}
    assert not any(change.is_regression for change in changes)
