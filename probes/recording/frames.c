/* RFC 8878: a frame is a header, blocks with a header of three bytes each, and maybe a checksum. */
#include "probes/recording/frames.h"

#include "probes/base/mem.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_LEAST 6
#define BLOCK_HEADER 3
#define BLOCK_MOST (128 * 1024)
#define CHUNK (64 * 1024)
#define DESCRIPTOR 4 /* where the flags are */
#define HAS_CHECKSUM 4

static const unsigned char magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
static const unsigned char last_block[BLOCK_HEADER] = { 1, 0, 0 }; /* empty, and the last */

static int64_t header_size(unsigned char descriptor)
{
	static const int dictionary[] = { 0, 1, 2, 4 }, content[] = { 0, 2, 4, 8 };
	bool is_single = descriptor & 0x20;
	int size = content[descriptor >> 6];

	return 5 + !is_single + dictionary[descriptor & 3] + (is_single && !size ? 1 : size);
}

static bool read_at(int fd, int64_t offset, unsigned char *bytes, size_t count)
{
	return pread(fd, bytes, count, (off_t)offset) == (ssize_t)count;
}

/* Whether what follows may be a header of which the end is missing. */
static bool is_begun(int fd, int64_t offset)
{
	unsigned char bytes[HEADER_LEAST];
	ssize_t count = pread(fd, bytes, sizeof(bytes), (off_t)offset);

	return count > 0 && memcmp(bytes, magic, (size_t)count < sizeof(magic) ? (size_t)count : sizeof(magic)) == 0;
}

enum frame_found frames_at(int fd, int64_t offset, struct frame *frame)
{
	unsigned char header[HEADER_LEAST], block[BLOCK_HEADER];
	struct stat entry;
	int64_t at, end;

	*frame = (struct frame){ .offset = offset };
	if (fstat(fd, &entry) < 0 || offset >= entry.st_size)
		return FRAME_END;
	if (!is_begun(fd, offset))
		return FRAME_FOREIGN;
	if (!read_at(fd, offset, header, sizeof(header)))
		return FRAME_FOUND;
	at = offset + header_size(header[DESCRIPTOR]);
	end = entry.st_size;
	while (at <= end && !frame->is_whole) {
		int64_t size;

		frame->length = at - offset;
		if (!read_at(fd, at, block, sizeof(block)))
			break;
		size = (block[0] | block[1] << 8 | block[2] << 16) >> 3;
		if ((block[0] >> 1 & 3) == 3 || size > BLOCK_MOST)
			return FRAME_FOREIGN;
		at += BLOCK_HEADER + ((block[0] >> 1 & 3) == 1 ? 1 : size);
		if (block[0] & 1 && header[DESCRIPTOR] & HAS_CHECKSUM)
			at += 4;
		frame->is_whole = block[0] & 1 && at <= end;
	}
	if (frame->is_whole)
		frame->length = at - offset;
	return FRAME_FOUND;
}

int64_t frames_find(int fd, int64_t offset)
{
	unsigned char chunk[CHUNK];
	ssize_t count;

	while ((count = pread(fd, chunk, sizeof(chunk), (off_t)offset)) >= (ssize_t)sizeof(magic)) {
		/* Behind that, it may begin in this chunk and end in the next. */
		ssize_t tried = count - (ssize_t)sizeof(magic) + 1;

		for (const unsigned char *at = chunk;
			(at = memchr(at, magic[0], (size_t)(chunk + tried - at))); at++)
			if (memcmp(at, magic, sizeof(magic)) == 0)
				return offset + (at - chunk);
		offset += tried;
	}
	return -1;
}

static int write_at(int fd, int64_t offset, const unsigned char *bytes, size_t count)
{
	return pwrite(fd, bytes, count, (off_t)offset) == (ssize_t)count ? 0 : -1;
}

/* The checksum is that of the text which was lost: the header says that there is none. */
int frames_repair(int fd, const struct frame *frame)
{
	unsigned char header[HEADER_LEAST];
	int64_t end = frame->offset + frame->length;

	if (frame->is_whole)
		return 0;
	if (ftruncate(fd, (off_t)end) < 0)
		return -1;
	if (!frame->length || !read_at(fd, frame->offset, header, sizeof(header)))
		return 0;
	header[DESCRIPTOR] &= (unsigned char)~HAS_CHECKSUM;
	if (write_at(fd, frame->offset, header, sizeof(header)) < 0)
		return -1;
	return write_at(fd, end, last_block, sizeof(last_block));
}
