"""Machines of a network of their own, as network namespaces around one bridge, whose links can be cut.

What is sent to a machine whose link is cut gets lost: connections hang, and nothing is reset. Needs root and iproute2.
"""
import os
import shutil
import subprocess


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def why_not():
    """Why there cannot be such a network here; empty if there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None or shutil.which("nsenter") is None:
        return "network namespaces need iproute2 and util-linux"
    try:
        name = f"pawl-try-{os.getpid()}"
        run("ip", "netns", "add", name)
        try:
            run("ip", "-n", name, "link", "add", "bridge", "type", "bridge")
        finally:
            run("ip", "netns", "del", name)
    except subprocess.CalledProcessError as error:
        return f"network namespaces cannot be made here: {error.stderr.strip()}"
    return ""


class Place:
    """A machine: `prefix` is the command that runs something there."""

    def __init__(self, name, namespace, address):
        self.name, self.address = name, address
        self.prefix = ["nsenter", f"--net=/run/netns/{namespace}"] if namespace else []


class Network:
    def __init__(self):
        self.id = os.getpid() % 65536
        self.subnet = f"10.{64 + self.id // 256 % 128}.{self.id % 256}"
        self.hub = f"pawl-{self.id}-hub"
        self.namespaces, self.count = [], 0
        self.add(self.hub)
        run("ip", "-n", self.hub, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", self.hub, "link", "set", "bridge", "up")

    def add(self, namespace):
        run("ip", "netns", "add", namespace)
        self.namespaces.append(namespace)

    def join(self, name):
        """A new machine."""
        namespace = f"pawl-{self.id}-{name}"
        self.add(namespace)
        return self.connect(name, namespace)

    def join_here(self):
        """The machine that this process runs on."""
        return self.connect("here", None)

    def connect(self, name, namespace):
        self.count += 1
        address = f"{self.subnet}.{self.count}"
        near = f"pawl{self.id}" if namespace is None else "uplink"
        inside = ["ip"] if namespace is None else ["ip", "-n", namespace]
        to = [] if namespace is None else ["netns", namespace]
        run("ip", "-n", self.hub, "link", "add", name, "type", "veth", "peer", "name", near, *(
            to or ["netns", str(os.getpid())]))
        run("ip", "-n", self.hub, "link", "set", name, "master", "bridge", "up")
        run(*inside, "address", "add", f"{address}/24", "dev", near)
        run(*inside, "link", "set", near, "up")
        if namespace:
            run(*inside, "link", "set", "lo", "up")
        return Place(name, namespace, address)

    def cut(self, place):
        run("ip", "-n", self.hub, "link", "set", place.name, "down")

    def mend(self, place):
        run("ip", "-n", self.hub, "link", "set", place.name, "up")

    def close(self):
        for namespace in reversed(self.namespaces):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)
