"""cpa: a command-line audit toolkit over plain files for cleaner production audits."""

__version__ = "0.1.0"
