"""Enrichment: what a model is asked about a file, what is kept of its answer, and what it costs.

Everything here is pure or goes through ports; `dbp.extract.bedrock` speaks to the service,
`dbp.store` keeps what was paid for, `dbp.enrichment.flow` decides when.
"""
