"""charon's own protocol, VICI, for what would take too many processes with swanctl.

    c = Charon(SOCKET)              the socket, as a path
    c.listen('child-rekey', ...)    from here on these events are kept
    c.ask('rekey', child='net')     the answer, as a flat dictionary; an error unless success is yes
    c.event('child-rekey')          wait until there is one, 20 seconds at most
    c.settle()                      wait until no exchange is under way
"""

import select
import socket
import struct
import time

REQUEST, RESPONSE, UNKNOWN, REGISTER, _, CONFIRM, _, EVENT = range(8)
SECTION, SECTION_END, KEY, LIST, ITEM, LIST_END = range(1, 7)


def named(text):
    return bytes([len(text)]) + text.encode()


def parse(data):
    """Key values of a message; those of sections too, the last of a name counts."""
    found, i = {}, 0

    def take(size):
        nonlocal i
        i += size
        return data[i - size:i]

    while i < len(data):
        kind = take(1)[0]
        if kind in (SECTION, KEY, LIST):
            name = take(take(1)[0]).decode()
        if kind in (KEY, ITEM):
            value = take(struct.unpack('!H', take(2))[0]).decode()
            if kind == KEY:
                found[name] = value
    return found


class Charon:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.events = []

    def send(self, kind, name, message=b''):
        packet = bytes([kind]) + named(name) + message
        self.socket.sendall(struct.pack('!I', len(packet)) + packet)

    def receive(self, size):
        data = b''
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise EOFError('charon has gone')
            data += part
        return data

    def packet(self):
        """Its type and body; events are put aside."""
        data = self.receive(struct.unpack('!I', self.receive(4))[0])
        if data[0] == EVENT:
            self.events.append((data[2:2 + data[1]].decode(), data[2 + data[1]:]))
        return data[0], data[1:]

    def answer(self, wanted):
        while True:
            kind, body = self.packet()
            if kind != EVENT:
                if kind != wanted:
                    raise ValueError(f'charon answers with type {kind}')
                return body

    def listen(self, *names):
        for name in names:
            self.send(REGISTER, name)
            self.answer(CONFIRM)

    def ask(self, command, **arguments):
        message = b''.join(bytes([KEY]) + named(name) + struct.pack('!H', len(value)) + value.encode()
                           for name, value in arguments.items())
        self.send(REQUEST, command, message)
        answer = parse(self.answer(RESPONSE))
        if answer.get('success') != 'yes':
            raise ValueError(f'{command}: {answer}')
        return answer

    def event(self, wanted):
        while wanted not in (name for name, _ in self.events):
            if not select.select([self.socket], [], [], 20)[0]:
                raise TimeoutError(f'no event {wanted}')
            self.packet()
        self.events.pop([name for name, _ in self.events].index(wanted))

    def settle(self):
        self.listen('list-sa')
        for _ in range(100):
            self.send(REQUEST, 'list-sas')
            self.answer(RESPONSE)
            listed = [body for name, body in self.events if name == 'list-sa']
            self.events = [event for event in self.events if event[0] != 'list-sa']
            if not any(b'tasks-' in body for body in listed):
                return
            time.sleep(0.1)
        raise TimeoutError('an exchange does not end')
