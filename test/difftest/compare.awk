# Compares two files of traces ("# scenario SEED PROFILE" before each) scenario by scenario.
#     awk -f compare.awk EXPECTED GOT
# Prints "EQUAL OF", and if they differ a second line "SEED LINE" and then what stands there.

FILENAME != last { last = FILENAME; file++ }
/^# scenario / {
    seed = $3
    if (file == 1)
        seeds[++count] = seed
    next
}
{ text[file, seed] = text[file, seed] $0 "\n" }

END {
    for (i = 1; i <= count; i++) {
        if (text[1, seeds[i]] == text[2, seeds[i]])
            equal++
        else if (first == "")
            first = seeds[i]
    }
    print equal + 0, count + 0
    if (first == "")
        exit
    n = split(text[1, first], expected, "\n")
    m = split(text[2, first], got, "\n")
    for (line = 1; line <= n && line <= m && expected[line] == got[line]; line++)
        ;
    print first, line
    print "expected: " (line < n ? expected[line] : "(the end)")
    print "got:      " (line < m ? got[line] : "(the end)")
}
