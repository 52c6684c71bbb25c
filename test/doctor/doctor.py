"""sley_doctor under limits and filters: what it says is what was taken away, and its exit says so.

    doctor.py DOCTOR REFUSE
"""

import json
import os
import resource
import subprocess
import sys

NOBODY = 65534
doctor, refuse = sys.argv[1:]
bad = []


def check(condition, text):
    if not condition:
        bad.append(text)


def run(*command, limits=(), unprivileged=False):
    def before():
        for what, most in limits:
            resource.setrlimit(what, (most, most))
        if unprivileged:
            os.setgroups([])
            os.setuid(NOBODY)

    done = subprocess.run(command, capture_output=True, text=True, timeout=30, preexec_fn=before)
    if done.stderr.startswith('seccomp:'):
        print('SKIP: no seccomp here')
        sys.exit(77)
    check(done.stderr == '', f'{command} complains: {done.stderr}')
    return done.returncode, done.stdout


def examine(title, *before, **limits):
    """The findings by subject; exit, verdict and the text form say the same."""
    code, text = run(*before, doctor, '--json', **limits)
    said = json.loads(text)
    findings = {finding['subject']: finding for finding in said['findings']}
    levels = ['ok', 'missing', 'stops']
    worst = max(levels.index(finding['level']) for finding in findings.values())
    check(code == worst and said['verdict'] == levels[worst], f'{title}: exit {code}, {said}')
    for finding in findings.values():
        check((finding['level'] == 'ok') == ('costs' not in finding), f'{title}: {finding}')
    plain, text = run(*before, doctor, **limits)
    check(plain == code and text.count('Remedy: ') == text.count('Costs: ') ==
          sum(finding['level'] != 'ok' for finding in findings.values()), f'{title}: {text}')
    check(text.splitlines()[-1].startswith('sley '), f'{title}: no verdict')
    return findings


def level(findings, subject, wanted):
    check(findings[subject]['level'] == wanted, f'{subject} is not {wanted}: {findings[subject]}')


os.environ.pop('SLEY_BACKEND', None)
base = examine('as it is')
level(base, 'frames', 'ok')
has_rings = base['io_uring']['level'] == 'ok'  # not where the suite runs under a filter
without_proc = ['unshare', '-m', 'sh', '-c', 'umount -l /proc && exec "$@"', '-']
if subprocess.run([*without_proc, 'true'], capture_output=True).returncode == 0:
    level(examine('without /proc', *without_proc), 'frames', 'missing')
one = subprocess.run(['taskset', '-c', str(min(os.sched_getaffinity(0))), doctor],
                     capture_output=True, text=True).stdout
check('makes 1 worker (' in one, one)
with open('/dev/full', 'w') as full:
    done = subprocess.run([doctor], stdout=full, stderr=subprocess.PIPE)
check(done.returncode == 2 and done.stderr, 'it says all is well to a full disk')
for error in ('EPERM', 'ENOSYS'):
    found = examine(f'refused with {error}', refuse, error)
    level(found, 'io_uring', 'missing')
    check('seccomp' in found['io_uring']['says'], 'the filter is not named')
    check('deferred work' not in found, 'it speaks of a ring that there is not')
    check('locked memory' not in found, 'it speaks of the memory of rings that there are not')
    check(all(finding['level'] != 'stops' for finding in found.values()), f'epoll does: {found}')

for error in ('EACCES', 'EPERM+eventfd'):
    found = examine(f'no answer to {error}', refuse, error)
    if has_rings:
        level(found, 'io_uring', 'stops')  # epoll is not taken for these
    check('(null)' not in str(found) and 'See what' not in str(found), f'no reason: {found}')
    check('locked memory' not in found and 'workers' not in found, f'of no ring: {found}')
found = examine('refused with epoll', refuse, 'EPERM+epoll')
level(found, 'io_uring', 'missing')
level(found, 'epoll', 'stops')

for setting, wanted in ('epoll', 'missing'), ('foo', 'stops'):
    os.environ['SLEY_BACKEND'] = setting
    level(examine(f'SLEY_BACKEND={setting}'), 'backend', wanted)
os.environ['SLEY_BACKEND'] = 'uring'
level(examine('nothing but io_uring', refuse, 'EPERM'), 'io_uring', 'stops')
del os.environ['SLEY_BACKEND']

found = examine('few descriptors', limits=[(resource.RLIMIT_NOFILE, 100)])
level(found, 'descriptors', 'missing')
check('100 ' in found['descriptors']['says'], 'the limit is not said')
# Two rings have room among so few.
found = examine('hardly a descriptor', limits=[(resource.RLIMIT_NOFILE, 8)])
if has_rings:
    level(found, 'workers', 'missing')
found = examine('no descriptor', limits=[(resource.RLIMIT_NOFILE, 4)])
if has_rings:
    level(found, 'io_uring', 'stops')
    check('RLIMIT_NOFILE' in found['io_uring']['remedy'], f'{found["io_uring"]}')
level(examine('little address space', limits=[(resource.RLIMIT_AS, 1 << 30)]),
      'address space', 'missing')
level(examine('no address space', limits=[(resource.RLIMIT_AS, 40 << 20)]),
      'address space', 'stops')
if os.getuid() == 0 and has_rings:
    found = examine('no locked memory', limits=[(resource.RLIMIT_MEMLOCK, 0)], unprivileged=True)
    # Some kernels count no rings (5.12 to 6.13).
    if found['io_uring']['level'] != 'ok':
        level(found, 'io_uring', 'stops')
        check('RLIMIT_MEMLOCK' in found['io_uring']['remedy'], f'{found["io_uring"]}')

os.environ['SLEY_WORKERS'] = 'many'
level(examine('a wrong setting'), 'processors', 'stops')
check(run(doctor, '--version')[1].startswith('sley_doctor '), '--version')
check(run(doctor, '--help')[1].startswith('usage: '), '--help')
check(subprocess.run([doctor, '--what'], capture_output=True).returncode == 2, 'a wrong option')
print('\n'.join(bad))
sys.exit(1 if bad else 0)
