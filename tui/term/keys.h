/* Keys: a character is its code point, everything else has a name here. A mouse event is a key that carries
 * the position of its cell. */
#ifndef TSLLM_TERM_KEYS_H
#define TSLLM_TERM_KEYS_H

enum {
	PRESS_NONE = 0,
	PRESS_CTRL_A = 1,
	PRESS_CTRL_B,
	PRESS_CTRL_C,
	PRESS_CTRL_D,
	PRESS_CTRL_E,
	PRESS_CTRL_F,
	PRESS_TAB = 9,
	PRESS_ENTER = 10,
	PRESS_CTRL_L = 12,
	PRESS_CTRL_U = 21,
	PRESS_CTRL_W = 23,
	PRESS_ESCAPE = 27,
	PRESS_BACKSPACE = 127,
	PRESS_UP = 0x110000, /* above Unicode */
	PRESS_DOWN,
	PRESS_LEFT,
	PRESS_RIGHT,
	PRESS_PAGE_UP,
	PRESS_PAGE_DOWN,
	PRESS_HOME,
	PRESS_END,
	PRESS_BACK_TAB,
	PRESS_DELETE,
	PRESS_INSERT,
	PRESS_F1,
	PRESS_F3 = PRESS_F1 + 2,
	PRESS_F4,
	PRESS_F6 = PRESS_F1 + 5,
	PRESS_F7,
	PRESS_F8,
	PRESS_F10 = PRESS_F1 + 9,
	PRESS_F12 = PRESS_F1 + 11,
	PRESS_RESIZE = 0x110100,
	PRESS_CLICK = 0x10000000, /* | y << 12 | x */
	PRESS_WHEEL_UP = 0x20000000,
	PRESS_WHEEL_DOWN = 0x30000000,
	PRESS_MOUSE = 0x30000000 /* mask for the three above */
};

static inline int press_at(int kind, int x, int y)
{
	return kind | (y & 0xfff) << 12 | (x & 0xfff);
}

static inline int press_x(int key)
{
	return key & 0xfff;
}

static inline int press_y(int key)
{
	return key >> 12 & 0xfff;
}

#endif
