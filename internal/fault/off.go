//go:build !fault

package fault

// Enabled says whether this build has fail points. Programs print it at start,
// so that nobody runs a test build in earnest without knowing.
const Enabled = false

// Point does nothing in this build; see the package's documentation.
func Point(string) {}
