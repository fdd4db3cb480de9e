remove-item x
