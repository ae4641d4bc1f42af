"""What Prefect's server is told beside the deployments: rules for failed nights, the pool's templates."""
