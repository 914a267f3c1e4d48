using System.Buffers;
using System.Buffers.Text;

namespace RedisTagCache.Testing.Protocol;

/// <summary>Reads commands from bytes that come in pieces of any size. It remembers how far it is, so no byte is read twice.</summary>
internal sealed class CommandReader
{
    private const int MaxArguments = 1024 * 1024;
    private const int MaxLength = 512 * 1024 * 1024;
    private const int MaxLine = 32;

    private byte[][]? _arguments;
    private int _index;
    private byte[]? _argument;
    private int _filled;

    /// <summary>Takes the next command off the beginning of a buffer.</summary>
    /// <param name="buffer">The bytes. What was read is cut off, also if the command is not complete.</param>
    /// <returns>The command, or nothing if more bytes are needed.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a command.</exception>
    public byte[][]? Read(ref ReadOnlySequence<byte> buffer)
    {
        if (_arguments is null)
        {
            if (ReadNumber(ref buffer, (byte)'*', MaxArguments) is not { } count)
                return null;
            _arguments = new byte[count][];
            _index = 0;
        }

        for (; _index < _arguments.Length; _index++)
        {
            if (!TryReadArgument(ref buffer))
                return null;
            _arguments[_index] = _argument!;
            _argument = null;
        }

        var complete = _arguments;
        _arguments = null;
        return complete;
    }

    private bool TryReadArgument(ref ReadOnlySequence<byte> buffer)
    {
        if (_argument is null)
        {
            if (ReadNumber(ref buffer, (byte)'$', MaxLength) is not { } length)
                return false;
            _argument = GC.AllocateUninitializedArray<byte>(length);
            _filled = 0;
        }

        var part = buffer.Slice(0, Math.Min(buffer.Length, _argument.Length - _filled));
        part.CopyTo(_argument.AsSpan(_filled));
        _filled += (int)part.Length;
        buffer = buffer.Slice(part.End);
        if (_filled < _argument.Length || buffer.Length < 2)
            return false;
        buffer = buffer.Slice(2); // the end of the line
        return true;
    }

    private static int? ReadNumber(ref ReadOnlySequence<byte> buffer, byte type, int largest)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
            return buffer.Length <= MaxLine ? null : throw new InvalidDataException("A line is too long.");
        Span<byte> text = stackalloc byte[MaxLine];
        if (line.Length is < 2 or > MaxLine)
            throw new InvalidDataException("A line has the wrong length.");
        line.CopyTo(text);
        text = text[..(int)line.Length];
        if (text[0] != type || !Utf8Parser.TryParse(text[1..], out int number, out var used) || used != text.Length - 1 || number < 0 || number > largest)
            throw new InvalidDataException($"Expected '{(char)type}' and a number.");
        buffer = buffer.Slice(reader.Position);
        return number;
    }
}
