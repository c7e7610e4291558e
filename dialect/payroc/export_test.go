package payroc

// Tight bounds what a call for a list may cost: the rows that a statement may pass over,
// how often, and the rows that may be judged one by one.
func (h *Handler) Tight(window, windows, judged int) { h.tight = bounds{window, windows, judged} }
