from . import incoming_source
