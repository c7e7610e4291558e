// Package qrcode draws a text as a QR code (ISO/IEC 18004, level M): SVG, PNG, and
// half blocks for a terminal, each with the quiet zone of four modules that readers
// need. The matrix is rsc.io/qr's.
package qrcode
