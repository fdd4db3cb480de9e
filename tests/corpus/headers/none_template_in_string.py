TEMPLATE = """
# [Source file intent]
# in a string
"""
