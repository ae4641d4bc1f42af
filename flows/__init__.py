"""What runs the pipeline: Prefect, environment, storage, terminal."""
