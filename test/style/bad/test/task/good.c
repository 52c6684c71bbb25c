/* expect: none 0 */
