"""Settings of Prefect's server beyond the deployments: rules for failed nights, the pool's templates."""
