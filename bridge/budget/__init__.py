"""What a platform instance may spend: token buckets with learned limits, and the scheduler that every call passes."""
