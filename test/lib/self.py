"""Runs the programs of test/lib/self and says whether check.h judged each as it must."""

import os
import subprocess
import sys

# program: exit code, what it must print
EXPECTED = {
    'check-passes': (0, '[  PASSED  ] 1 test(s).'),
    'check-fails': (1, 'fails.c:6: 1 == 2'),
    'check-fails_in_task': (1, 'fails_in_task.c:7: 1 == 2: 1, 2'),
    'check-fails_by_word': (1, 'the main task returned -12 ENOMEM'),
    'check-fails_plain': (1, 'fails_plain.c:6: "a" is "b": "a", "b"'),
    'check-skips': (77, 'SKIP: reason 1'),
}


def main(programs):
    wrong = 0
    names = {os.path.basename(program) for program in programs}
    if names != set(EXPECTED):
        print('programs differ from the list:', names ^ set(EXPECTED))
        wrong += 1
    # An emulator, when the tests are cross-built (MESON_EXE_WRAPPER is meson's).
    wrapper = os.environ.get('MESON_EXE_WRAPPER', '').split()
    for program in programs:
        code, text = EXPECTED[os.path.basename(program)]
        done = subprocess.run(wrapper + [program], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=20)
        if done.returncode != code or text not in done.stdout:
            print(f'{program}: exit {done.returncode}, expected {code} and {text!r}')
            print(done.stdout)
            wrong += 1
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
