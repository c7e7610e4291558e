package elevate

// Tight bounds how many rows of the store a list looks through for what filters ask for.
func (h *Handler) Tight(near, most int) { h.tight = reach{near, most} }
