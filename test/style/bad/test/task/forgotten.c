/* expect: listed 1 */
