"""What brings work to workers: the queue of videos to process, and the schedule."""
