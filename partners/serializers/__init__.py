"""What answers look like, for the API's description: nothing is serialized here, documents are stored."""
