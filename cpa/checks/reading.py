"""CPA1xx and CPA30x: what reading the files reports. The functions hold the manuals; `cpa.files` and `cpa.schema` do the work."""

from cpa.checks.registry import found_while_reading


@found_while_reading("CPA101", "error")
def unreadable() -> None:
    """A file or folder cannot be read.

    What: The file system refuses a file or folder that belongs to the audit.

    Why: What is not read is not checked, and would be missing in the report without a word.

    Example: a file without read permission

    Remedy: Give read permission, or close the program that holds the file.

    Source: cpa, audit format.
    """


@found_while_reading("CPA102", "error")
def encoding() -> None:
    """A file is not UTF-8.

    What: Audit files are UTF-8 text, with or without byte order mark; this one looks like GBK, UTF-16 or no text at all.

    Why: Guessing an encoding turns names and units into wrong characters on another machine.

    Example: flows.yaml saved by an old editor as GBK

    Remedy: Save the file as UTF-8, or convert it: iconv -f GB18030 -t UTF-8 old.yaml > new.yaml

    Source: YAML 1.2.2, section 5.2.
    """


@found_while_reading("CPA103", "error")
def syntax() -> None:
    """The YAML of a file is broken.

    What: Indentation, brackets, quotes or colons do not fit together.

    Why: Nothing behind the place can be understood.

    Example: amount: [42.1, 42.9] t

    Remedy: Follow the hint; the error is on the line that is named or just above it.

    Source: YAML 1.2.2.
    """


@found_while_reading("CPA104", "error")
def tabs() -> None:
    """A tab indents a line.

    What: YAML indents by spaces only.

    Why: The width of a tab differs from editor to editor, and with it the meaning.

    Example: a line that begins with a tab

    Remedy: Replace tabs by spaces and let the editor insert spaces.

    Source: YAML 1.2.2, section 6.1.
    """


@found_while_reading("CPA105", "error")
def fullwidth() -> None:
    """Full-width punctuation stands where YAML needs ASCII.

    What: A full-width colon, comma, bracket, quote or space stands in the place of the ASCII one.

    Why: To YAML `name：malt` is one word without a value.

    Example: name：麦芽

    Remedy: Type the ASCII character; inside quoted text full-width punctuation may stay.

    Source: YAML 1.2.2, section 5.3.
    """


@found_while_reading("CPA106", "error")
def duplicate_key() -> None:
    """A key stands twice in one mapping.

    What: The same key is given again below the same parent.

    Why: One of the two values would be lost without a word.

    Example: {id: malt, name: 麦芽, name: 大麦芽}

    Remedy: Delete one; a second item of a list begins with `-`.

    Source: YAML 1.2.2, section 3.2.1.3.
    """


@found_while_reading("CPA107", "error")
def refused_feature() -> None:
    """A YAML feature that audits do not use.

    What: Tags (!name), merge keys (<<), keys that are not words, or an alias inside its own value.

    Why: An audit is read by people who never saw YAML's dark corners, and by other programs.

    Example: amount: !tonnes 42.6

    Remedy: Write values out; put quotes around text that begins with a special sign.

    Source: cpa, audit format.
    """


@found_while_reading("CPA108", "error")
def limits() -> None:
    """A file exceeds a limit of size, nesting or aliases.

    What: More than 64 MB, more than 64 levels of nesting, or aliases that write out to millions of values.

    Why: Such a file is damaged or hostile; reading it would exhaust the machine.

    Example: [[[[ … repeated a thousand times

    Remedy: Close the bracket that is open, or keep long series in CSV.

    Source: cpa, audit format.
    """


@found_while_reading("CPA109", "error")
def outside() -> None:
    """A path leads out of the audit folder.

    What: A symbolic link or `..` leaves the folder.

    Why: The audit would not be whole on another machine, and could read what it should not.

    Example: 3-assessment/flows.yaml, a link to ../../other/flows.yaml

    Remedy: Copy the file into the audit folder and name it there.

    Source: cpa, audit format.
    """


@found_while_reading("CPA110", "error")
def missing() -> None:
    """A required key is missing or empty.

    What: An item lacks a key without which it cannot be used.

    Why: The item takes no part in balances, tables and checks until it is whole.

    Example: - {id: malt, to: mash}

    Remedy: Add the key; the hint says what it means.

    Source: cpa, audit format.
    """


@found_while_reading("CPA111", "error")
def unknown_key() -> None:
    """A key or section is unknown here.

    What: The key does not belong to the item, or the section not to the phase.

    Why: A mistyped key would be dropped without a word.

    Example: - {id: malt, nme: 麦芽}

    Remedy: Use the suggested key, or move the section into the folder that is named.

    Source: cpa, audit format.
    """


@found_while_reading("CPA112", "error")
def wrong_type() -> None:
    """A value is of the wrong kind.

    What: Text, number, true/false, day, list and mapping are told apart.

    Why: An unquoted 010020 is a number and loses its zero; a single item is no list.

    Example: postcode: 010020

    Remedy: Put text that looks like a number in quotes; write days as 2025-03-31.

    Source: YAML 1.2.2, section 10.3.
    """


@found_while_reading("CPA113", "error")
def not_in_list() -> None:
    """A word is not in the list of allowed words.

    What: The field takes one of a few words.

    Why: Tables, checks and reports go by these words.

    Example: kind: compulsry

    Remedy: Use one of the words in the hint.

    Source: cpa, audit format.
    """


@found_while_reading("CPA114", "error")
def out_of_range() -> None:
    """A value is out of range or badly formed.

    What: A year, an id, a count or a day that cannot be.

    Why: References and tables by year depend on it.

    Example: id: 麦芽

    Remedy: Ids are short ASCII words; years have four digits.

    Source: cpa, audit format.
    """


@found_while_reading("CPA120", "error")
def section_twice() -> None:
    """A section that is not a list stands in two files.

    What: All files of a phase are one mapping of sections; only lists may be spread over files.

    Why: It would be a matter of chance which of the two holds.

    Example: focus: in focus.yaml and again in targets.yaml

    Remedy: Keep the section in one file.

    Source: cpa, audit format, merging rule.
    """


@found_while_reading("CPA122", "error")
def series() -> None:
    """A CSV series cannot be used.

    What: A missing column, a header without unit, or a line with too many or too few cells.

    Why: Readings without unit are not data.

    Example: time,flow

    Remedy: Name the unit in the header: time,flow [m³/h]

    Source: cpa, audit format.
    """


@found_while_reading("CPA123", "error")
def no_audit() -> None:
    """The folder is not an audit.

    What: There is no audit.yaml in it.

    Why: audit.yaml says who is audited, why, and by which conventions.

    Example: cpa check Documents

    Remedy: Name the folder that holds audit.yaml, or make one with `cpa init`.

    Source: cpa, audit format.
    """


@found_while_reading("CPA124", "warning")
def stray() -> None:
    """A YAML file or folder belongs to no phase.

    What: It stands at the top of the audit under a name that is not read.

    Why: Its content would be missing everywhere without a word.

    Example: 3-assesment/flows.yaml

    Remedy: Correct the name, or move the file into a phase folder.

    Source: cpa, audit format.
    """


@found_while_reading("CPA126", "note")
def slow_parser() -> None:
    """PyYAML has no C parser here.

    What: The pure Python parser reads the files.

    Why: The results are the same; reading is some 30 times slower.

    Example: a PyYAML that was built without libyaml

    Remedy: Install PyYAML's binary package.

    Source: cpa, measurements of its libraries.
    """


@found_while_reading("CPA301", "error")
def not_a_quantity() -> None:
    """A quantity cannot be understood.

    What: The text is not a number with a unit.

    Why: What cannot be read cannot be balanced.

    Example: amount: about forty

    Remedy: Write 42.6 t/d, 12,500 kWh, 42.6 t ± 1 %, ~ 120 t; leave out what was not measured.

    Source: cpa, audit format, quantities.
    """


@found_while_reading("CPA302", "error")
def unit_missing() -> None:
    """A quantity has no unit.

    What: A bare number stands where neither the value nor its section states a unit.

    Why: A tenfold error by a wrong guess of the unit is the commonest mistake of balances.

    Example: amount: 42.6

    Remedy: Write the unit behind the number, or `unit:` in the item.

    Source: cpa, audit format, quantities.
    """


@found_while_reading("CPA303", "error")
def wrong_dimension() -> None:
    """A quantity measures the wrong thing.

    What: The unit does not fit the field, such as a mass where money is meant.

    Why: Sums over different dimensions have no meaning.

    Example: investment: 12 t

    Remedy: Write the quantity as in the hint.

    Source: GB/T 3101 (principles of quantities and units).
    """


@found_while_reading("CPA304", "error")
def impossible_share() -> None:
    """A share is more than the whole.

    What: A content, a rate or a tolerance lies above 100 %.

    Why: It is a slip of the unit: mg/L taken for %, or 25 for 0.25.

    Example: contains: {water: 780 %}

    Remedy: Check unit and decimal point.

    Source: cpa, audit format, quantities.
    """


@found_while_reading("CPA305", "error")
def negative_amount() -> None:
    """An amount is negative.

    What: Amounts, costs, contents and durations are not negative.

    Why: A negative flow is a flow in the other direction; a negative cost hides a revenue.

    Example: amount: -3 t

    Remedy: Turn `from` and `to`, or state the revenue where it belongs.

    Source: cpa, audit format, quantities.
    """
