#!/usr/bin/env python3
"""Two hosts, each a network, a host name and a file system of its own (namespaces), with a cable between them: the commands
of docs/scale-out.md for a cluster without a shared disk run there, and the bytes on the wire are those that training
reports."""
import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import time

from support import ENVIRONMENT, EQUIVEC, LIMIT, RANKS, check, finish, folder, need, run_alone, sentences

ADDRESSES = ["10.99.7.1", "10.99.7.2"]


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def inside(host, *command, **options):
    return subprocess.run(["nsenter", "-t", str(host.pid), "-n", "-u", "-m", *command], check=True, **options)


class Cluster:
    def __init__(self, place):
        self.place = place
        self.here = place / "host"  # on each host its own folder
        self.here.mkdir()
        self.hosts = []
        for name in ("a", "b"):
            (place / name).mkdir()
            setup = f"mount --bind {place}/{name} {self.here} && hostname host-{name} && echo ready && exec sleep 600"
            host = subprocess.Popen(["unshare", "-n", "-u", "-m", "sh", "-c", setup], stdout=subprocess.PIPE, text=True)
            atexit.register(host.kill)
            if host.stdout.readline() != "ready\n":
                skip("namespaces cannot be set up (unshare -n -u -m)")
            self.hosts.append(host)
        first, second = (str(host.pid) for host in self.hosts)
        subprocess.run(["ip", "link", "add", "wire", "netns", first, "type", "veth", "peer", "name", "wire", "netns", second],
                       check=True)
        for host, address in zip(self.hosts, ADDRESSES):
            inside(host, "ip", "link", "set", "lo", "up")
            inside(host, "ip", "addr", "add", f"{address}/24", "dev", "wire")
            inside(host, "ip", "link", "set", "wire", "mtu", "9000", "up")  # fewer headers
        self.agent = place / "agent"
        self.agent.write_text(f'#!/bin/sh\nhost=$1\nshift\n[ "$host" = {ADDRESSES[0]} ] && pid={first} || pid={second}\n'
                              'exec nsenter -t $pid -n -u -m sh -c "$*"\n')
        self.agent.chmod(0o755)

    def slow_down(self):
        """A network of 1 Gbit/s with .2 ms, where the kernel can."""
        try:
            for host in self.hosts:
                inside(host, "tc", "qdisc", "add", "dev", "wire", "root", "netem", "delay", "0.2ms", "rate", "1gbit",
                       "limit", "10000", capture_output=True)
            print("the wire has 1 Gbit/s and .2 ms")
        except subprocess.CalledProcessError:
            print("the kernel has no netem: the wire is as fast as it is")

    def sent(self):
        """Bytes that went out on the wire, of each host."""
        result = []
        for host in self.hosts:
            shown = inside(host, "ip", "-s", "-j", "link", "show", "wire", capture_output=True, text=True).stdout
            result.append(json.loads(shown)[0]["stats64"]["tx"]["bytes"])
        return result

    def run(self, *arguments, on_line=lambda line: None):
        """One rank on each host; what they say on standard error goes to on_line as it comes. Returns the status."""
        environment = {**ENVIRONMENT, "OMPI_MCA_plm_rsh_agent": str(self.agent), "OMPI_MCA_btl_tcp_if_include": "wire",
                       "OMPI_MCA_oob_tcp_if_include": "wire", "OMPI_MCA_plm_rsh_no_tree_spawn": "1"}
        command = ["nsenter", "-t", str(self.hosts[0].pid), "-n", "-u", "-m", f"--wd={self.here}", "timeout", "-k", "1",
                   str(LIMIT), "mpirun", "--host", ",".join(ADDRESSES), "--map-by", "ppr:1:node", "--bind-to", "none",
                   "-wdir", str(self.here), RANKS, *map(str, arguments)]
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.said = ""
        for line in process.stderr:
            self.said += line
            on_line(line)
        return process.wait()


def same_bytes(cluster):
    alone = cluster.place / "alone"
    alone.mkdir()
    shutil.copy(cluster.place / "a/text", alone)
    for command in (["vocab", "text", "-q", "-o", "words"], ["cooccur", "text", "-q", "-o", "pairs.bin"],
                    ["train", "glove", "text", "-q", "--dimension", "20", "--epochs", "2", "-o", "glove.npy"]):
        run_alone(*command, cwd=alone)
        status, output = cluster.run(*command), command[-1]
        if check(f"{command[:2]}: runs on two hosts", status == 0, cluster.said):
            check(f"{command[:2]}: the bytes of one process",
                  (cluster.place / "a" / output).read_bytes() == (alone / output).read_bytes())
            check(f"{command[:2]}: only the first host has it", not (cluster.place / "b" / output).exists())


def bytes_on_the_wire(cluster, words):
    epochs, counters, reported = 5, [], []

    def look(line):
        if line.startswith("equivec: train skipgram:"):
            counters.append(cluster.sent())
        if found := re.search(r"merging over 2 ranks: ([0-9.]+) bytes sent .*, ([0-9.]+) s waited", line):
            counters.append(cluster.sent())
            reported.append(float(found[1]))

    status = cluster.run("train", "skipgram", "text", "-o", "v.npy", "--min-count", "1", "--threads", "1", "--epochs", epochs,
                         on_line=look)
    if not check("train skipgram: runs on two hosts", status == 0 and len(counters) == 2, cluster.said):
        return
    wire = sum(after - before for before, after in zip(*counters)) / 2
    told = reported[0] * words * epochs / 2
    check("what training reports is what the wire has had", abs(wire / told - 1) < 0.05,
          f"{told:.0f} bytes reported a rank, {wire:.0f} on the wire")
    print(f"{told / 1e6:.1f} MB reported a rank, {wire / 1e6:.1f} MB on the wire")


def errors(cluster):
    (cluster.place / "b/text").unlink()
    begin = time.monotonic()
    status = cluster.run("train", "skipgram", "text", "-q", "-o", "w.npy")
    lines = [line for line in cluster.said.splitlines() if line.startswith("equivec-ranks")]
    check("a file that one host has not", status == 1 and len(lines) == 1 and "rank 1 on host-b: text: " in lines[0],
          f"status {status}, {cluster.said}")
    check("and nothing hangs", time.monotonic() - begin < 30)


def main():
    need("mpirun", "ip", "unshare", "nsenter")
    if os.getuid() != 0:
        if "EQUIVEC_HOSTS_AS_ROOT" in os.environ or subprocess.run(["unshare", "-r", "true"], capture_output=True).returncode:
            skip("network namespaces need root, or users' own namespaces (unshare -r)")
        os.execvpe("unshare", ["unshare", "-r", "-n", "-m", sys.executable, *sys.argv],
                   {**os.environ, "EQUIVEC_HOSTS_AS_ROOT": "1"})
    if subprocess.run(["unshare", "-n", "-u", "-m", "true"], capture_output=True).returncode:
        skip("network namespaces are not allowed here (unshare -n)")
    cluster = Cluster(folder())
    words = 200000
    text = "\n".join(sentences(words, kinds=20000)) + "\n"
    for name in ("a", "b"):
        (cluster.place / name / "text").write_text(text)
    cluster.slow_down()
    same_bytes(cluster)
    bytes_on_the_wire(cluster, words)
    errors(cluster)
    finish()


main()
