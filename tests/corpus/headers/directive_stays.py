# [GenAI coding tool directive]
# <keep this>
# [Source file intent]
# Stays.
