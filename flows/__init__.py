"""Everything that runs the pipeline: the command line, Prefect, the desk and its storage, the review page."""
