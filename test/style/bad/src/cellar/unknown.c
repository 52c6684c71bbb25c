/* expect: layers 1 and it is in no list: expect: listed 1 */
