"""Makes one running process see another time: its code for asking what time it is in the vDSO (man 7 vdso) is replaced by one that
asks the kernel and adds an offset. The machine's clocks stay as they are, and so do those of every other process. What the
kernel itself does at some time is not reached by that: timers() tells which clocks it was asked to go by."""

import platform
import struct
from pathlib import Path

import processes

REALTIME, MONOTONIC, BOOTTIME = 0, 1, 7


class Unsupported(Exception):
    """Such code is known for another processor only, or the process has no vDSO."""


def jump(pid, clock, seconds):
    """From now on the clock of `pid` is `seconds` ahead; 0 puts it right again. The process has to be stopped, or be at rest."""
    if platform.machine() != 'x86_64':
        raise Unsupported(f'no such code for {platform.machine()}')
    begin, image = _vdso(pid)
    functions = {b'__vdso_clock_gettime': _clock_gettime(clock, seconds)}
    if clock == REALTIME:
        functions |= {b'__vdso_time': _time(seconds), b'__vdso_gettimeofday': _gettimeofday(seconds)}
    with open(f'/proc/{pid}/mem', 'r+b', buffering=0) as memory:
        for name, code in functions.items():
            place, room = _symbol(image, name)
            if len(code) > room:
                raise Unsupported(f'{name.decode()} is too short here')
            memory.seek(begin + place)
            memory.write(code)


def timers(pid):
    """The clocks of all its timers that are file descriptors (man 5 proc, fdinfo)."""
    clocks = []
    for number, what in processes.open_files(pid).items():
        if 'timerfd' in what:
            fields = dict(line.split(': ') for line in processes.read(pid, f'fdinfo/{number}').decode().splitlines() if ': ' in line)
            clocks.append(int(fields['clockid']))
    return clocks


MOVE_TO_RCX = b'\x48\xb9'  # mov rcx, the eight bytes that follow


def _clock_gettime(clock, seconds):
    code = struct.pack('<BI2s2sB', 0xb8, 228, b'\x0f\x05', b'\x83\xff', clock)  # mov eax, 228; syscall; cmp edi, clock
    code += b'\x75\x0d'  # jne to the end
    code += MOVE_TO_RCX + struct.pack('<q', seconds) + b'\x48\x01\x0e'  # add [rsi], rcx
    return code + b'\xc3'  # ret


def _time(seconds):
    code = struct.pack('<BI2s', 0xb8, 201, b'\x0f\x05')  # mov eax, 201; syscall
    code += MOVE_TO_RCX + struct.pack('<q', seconds) + b'\x48\x01\xc8'  # add rax, rcx
    return code + b'\x48\x85\xff\x74\x03\x48\x89\x07\xc3'  # test rdi, rdi; je to the end; mov [rdi], rax; ret


def _gettimeofday(seconds):
    code = struct.pack('<BI2s', 0xb8, 96, b'\x0f\x05')  # mov eax, 96; syscall
    code += b'\x48\x85\xff\x74\x0d'  # test rdi, rdi; je to the end
    return code + MOVE_TO_RCX + struct.pack('<q', seconds) + b'\x48\x01\x0f\xc3'  # add [rdi], rcx; ret


def _vdso(pid):
    for line in Path(f'/proc/{pid}/maps').read_text().splitlines():
        if line.endswith('[vdso]'):
            begin, end = (int(part, 16) for part in line.split()[0].split('-'))
            with open(f'/proc/{pid}/mem', 'rb', buffering=0) as memory:
                memory.seek(begin)
                return begin, memory.read(end - begin)
    raise Unsupported(f'process {pid} has no vDSO')


def _symbol(image, wanted):
    """The address and the size of a function, from the ELF image's section headers (man 5 elf)."""
    (sections,), (size, count) = struct.unpack_from('<Q', image, 0x28), struct.unpack_from('<HH', image, 0x3a)
    headers = [struct.unpack_from('<IIQQQQIIQQ', image, sections + number * size) for number in range(count)]
    for _, kind, _, _, offset, length, link, _, _, entry in headers:
        if kind != 11:  # SHT_DYNSYM
            continue
        names = headers[link][4]
        for at in range(offset, offset + length, entry):
            name, _, _, _, value, room = struct.unpack_from('<IBBHQQ', image, at)
            if image[names + name:image.index(b'\0', names + name)] == wanted:
                return value, room
    raise Unsupported(f'no {wanted.decode()} in the vDSO')
