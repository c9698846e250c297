"""CPA7xx: what printing the report finds. The function holds the manual; `cpa.reports.document` does the work."""

from cpa.checks.registry import found_while_reading


@found_while_reading("CPA701", "error")
def template_fails() -> None:
    """A report template fails.

    What: A chapter template of the audit's own templates/ folder has an error or asks for something that is not there.

    Why: The chapter is missing in the report; the other chapters are printed.

    Example: {{ identity.enterprise.nmae }}

    Remedy: Correct the line that is named, or delete the template so that the built-in chapter is used.

    Source: cpa, report templates.
    """
