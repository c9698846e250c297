"""Drawing: charts as deterministic SVG in one style, networks as Mermaid text."""
