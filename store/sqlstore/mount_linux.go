package sqlstore

import (
	"fmt"
	"syscall"
)

// networks are the file systems on which SQLite's locks and shared memory do not
// hold (sqlite.org "How To Corrupt", 2.1), by the kernel's number (linux/magic.h).
var networks = map[uint32]string{
	0x6969:     "NFS",
	0x517b:     "SMB",
	0xff534d42: "CIFS",
	0xfe534d42: "SMB2",
	0x5346414f: "AFS",
	0x564c:     "NCP",
	0x73757245: "Coda",
	0x00c36400: "Ceph",
	0x47504653: "GPFS",
}

// checkMount refuses a directory on a network file system.
func checkMount(dir string) error {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return fmt.Errorf("ask what file system %s is on: %w", dir, err)
	}
	return refuseNetwork(dir, uint32(s.Type))
}

func refuseNetwork(dir string, magic uint32) error {
	if name, ok := networks[magic]; ok {
		return fmt.Errorf("%s is on a network file system (%s), where SQLite loses data; use a local disk, or PostgreSQL", dir, name)
	}
	return nil
}
