package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ready is what we need of the file that a program writes once it serves;
// `paylink demo` writes it, and our bare programs do.
type ready struct {
	BaseURL     string `json:"base_url"`
	GatewayURL  string `json:"gateway_url"`
	FrontStream struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		APIKey       string `json:"api_key"`
	} `json:"frontstream"`
	Native struct {
		SecretKey string `json:"secret_key"`
	} `json:"native"`
	Payroc struct {
		APIKey     string `json:"api_key"`
		TerminalID string `json:"processing_terminal_id"`
	} `json:"payroc"`
	Devdraft struct {
		ClientKey    string `json:"client_key"`
		ClientSecret string `json:"client_secret"`
	} `json:"devdraft"`
	Elevate struct {
		Brand             string `json:"brand"`
		Username          string `json:"username"`
		Password          string `json:"password"`
		PaymentProviderID int    `json:"payment_provider_id"`
	} `json:"elevate"`
}

// program is a running server.
type program struct {
	ready
	// served is how long after its start it served.
	served time.Duration
	cmd    *exec.Cmd
	log    string
}

// startWait is how long a program may take until it serves.
const startWait = 30 * time.Second

// start starts a program that writes a ready file, with everything it prints
// in dir/log.
func start(dir, binary string, args ...string) (*program, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "ready.json")
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(binary, append(args, "--ready-file", file)...)
	cmd.Stdout, cmd.Stderr = log, log
	p := &program{cmd: cmd, log: log.Name()}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w (make build)", binary, err)
	}
	for time.Since(began) < startWait {
		text, err := os.ReadFile(file)
		if err == nil {
			p.served = time.Since(began)
			return p, json.Unmarshal(text, &p.ready)
		}
		time.Sleep(time.Millisecond)
	}
	p.kill()
	text, _ := os.ReadFile(p.log)
	return nil, fmt.Errorf("%s %s did not serve within %s:\n%s", binary, strings.Join(args, " "), startWait, text)
}

// stop ends the program by SIGTERM and waits for it.
func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(startWait):
		p.kill()
		return errors.New("the program did not end on SIGTERM")
	}
}

func (p *program) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// memory is the program's resident memory in bytes, as the kernel counts it.
func (p *program) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kB << 10, err
		}
	}
	return 0, errors.New("the kernel tells no VmRSS")
}
