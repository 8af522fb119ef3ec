"""Who gets what: ways to allocate patients to arms in enrolment order."""
