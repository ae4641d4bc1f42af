"""Other people's folders, opened by descriptor; folders of ours; clean-up before a process ends."""
