"""Writes a language model that knows nothing: random weights in the shape of a small Llama, as a GGUF file.

The format is that of https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3: a header, keys with values,
the shapes of the tensors, then the tensors, each at a multiple of 32 bytes.
"""
import array
import io
import math
import random
import struct

ALIGNMENT = 32
UINT32, STRING, ARRAY = 4, 8, 9     # types of values
KINDS = {"i": 5, "f": 6}            # and those of numbers, by their letter in struct
FLOAT32 = 0                         # a type of tensors
UNKNOWN, CONTROL, BYTE = 2, 3, 6    # types of tokens


def text(value):
    octets = value.encode()
    return struct.pack("<Q", len(octets)) + octets


def value(of):
    """A value with its type before it."""
    if isinstance(of, str):
        return struct.pack("<I", STRING) + text(of)
    if isinstance(of, float):
        return struct.pack("<If", KINDS["f"], of)
    if isinstance(of, int):
        return struct.pack("<II", UINT32, of)
    if isinstance(of, array.array):
        return struct.pack("<IIQ", ARRAY, KINDS[of.typecode], len(of)) + of.tobytes()
    return struct.pack("<IIQ", ARRAY, STRING, len(of)) + b"".join(map(text, of))


def vocabulary():
    """Three tokens of control and one for each byte: whatever is written can be read."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256]
    return tokens, array.array("i", kinds), array.array("f", [0.0] * len(tokens))


def keys(width, layers):
    tokens, kinds, scores = vocabulary()
    return {
        "general.architecture": "llama", "general.name": "noise", "general.file_type": 0,
        "llama.context_length": 1 << 17, "llama.embedding_length": width, "llama.block_count": layers,
        "llama.feed_forward_length": 2 * width, "llama.attention.head_count": 2, "llama.attention.head_count_kv": 2,
        "llama.rope.dimension_count": width // 2, "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": kinds, "tokenizer.ggml.unknown_token_id": 0, "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.chat_template": "{% for message in messages %}{{ message.content }}{% endfor %}",
    }


def tensors(width, layers):
    """The name and the shape of each."""
    size = len(vocabulary()[0])
    yield "token_embd.weight", (width, size)
    for layer in range(layers):
        for name, shape in (
                ("attn_norm", (width,)), ("attn_q", (width, width)), ("attn_k", (width, width)),
                ("attn_v", (width, width)), ("attn_output", (width, width)), ("ffn_norm", (width,)),
                ("ffn_gate", (width, 2 * width)), ("ffn_up", (width, 2 * width)), ("ffn_down", (2 * width, width))):
            yield f"blk.{layer}.{name}.weight", shape
    yield "output_norm.weight", (width,)
    yield "output.weight", (width, size)


def padding(length):
    return -length % ALIGNMENT


def numbers_of(count, source):
    return array.array("f", (source.gauss(0, 0.05) for _ in range(count))).tobytes()


def write(path, seed, width=64, layers=2, is_hollow=False):
    """Writes a model to a path, another one for another seed. A hollow one is zeros: its file takes no room, but it
    loads as long as if it did.
    """
    known, shapes = keys(width, layers), list(tensors(width, layers))
    head, length = io.BytesIO(), 0
    head.write(b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(known)))
    for name, of in known.items():
        head.write(text(name) + value(of))
    for name, shape in shapes:
        head.write(text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, FLOAT32, length))
        length += 4 * math.prod(shape)
        length += padding(length)
    head.write(bytes(padding(head.tell())))
    with open(path, "wb") as file:
        file.write(head.getvalue())
        if not is_hollow:
            file.write(numbers_of(length // 4, random.Random(seed)))
        file.truncate(head.tell() + length)
