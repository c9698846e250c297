"""What an audit may say: msgspec structs, one module a phase, and the quantity type.

Every field carries its description as a `Message`; editor schemas and documentation are made from them.
"""
