// Package safedial makes outgoing requests to addresses that a stranger chose,
// such as a merchant's webhook endpoint, without letting the stranger reach
// anything but the public internet.
//
// A name is resolved, every address it has is checked, and the checked address
// itself is dialled: a name that changes its mind between the check and the
// connection, or between registration and delivery (DNS rebinding), gains
// nothing. One bad address among good ones condemns the name. The kernel's
// target is checked once more in net.Dialer.Control, just before connect.
//
// Only https on port 443 is allowed, certificates are verified, redirects are
// not followed (a 3xx comes back as it is), proxies from the environment are
// ignored, and 64 KiB of an answer are read at most.
//
// For a demo on one machine AllowLoopback also admits loopback addresses, there
// with http and any port. Nothing else becomes reachable by it.
//
// netip.Addr.IsGlobalUnicast does not help here: it is true for 10/8, 100.64/10,
// 64:ff9b::/96, 2002::/16, fc00::/7 and others. The table in deny.go holds every
// entry of the IANA special-purpose registries instead.
package safedial
