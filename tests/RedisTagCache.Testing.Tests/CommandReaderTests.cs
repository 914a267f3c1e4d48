using System.Buffers;
using System.Text;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Tests;

/// <summary>Commands as bytes, in pieces of any size.</summary>
public sealed class CommandReaderTests
{
    private static readonly byte[] _commands = "*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$7\r\nv\r\n*$1\n\r\n*2\r\n$4\r\nECHO\r\n$0\r\n\r\n"u8.ToArray();
    private static readonly string[] _expected = ["PING", "SET|k|v\r\n*$1\n", "ECHO|"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1_000)]
    public void Read_InPiecesOfAnySize_ReturnsTheCommands(int size)
    {
        var reader = new CommandReader();
        var commands = new List<string>();
        byte[] rest = [];
        foreach (var piece in _commands.Chunk(size))
        {
            var buffer = new ReadOnlySequence<byte>([.. rest, .. piece]);
            while (reader.Read(ref buffer) is { } command)
                commands.Add(string.Join('|', command.Select(Encoding.UTF8.GetString)));
            rest = buffer.ToArray();
        }

        Assert.Equal(_expected, commands);
        Assert.Empty(rest);
    }

    [Fact]
    public void Read_OfSeveralSegments_ReturnsTheCommands()
    {
        var reader = new CommandReader();
        var buffer = Segment.Of([.. _commands.Chunk(1)]);
        var commands = new List<string>();
        while (reader.Read(ref buffer) is { } command)
            commands.Add(string.Join('|', command.Select(Encoding.UTF8.GetString)));
        Assert.Equal(_expected, commands);
    }

    [Fact]
    public void Read_OfAHugeArgument_KeepsNothingOfTheInput()
    {
        const int Length = 50_000_000;
        var reader = new CommandReader();
        var start = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes($"*1\r\n${Length}\r\n"));
        Assert.Null(reader.Read(ref start));
        var piece = new byte[65_536];
        Array.Fill(piece, (byte)7);
        for (var sent = 0; sent < Length; sent += piece.Length)
        {
            var buffer = new ReadOnlySequence<byte>(piece, 0, Math.Min(piece.Length, Length - sent));
            Assert.Null(reader.Read(ref buffer));
            Assert.True(buffer.IsEmpty);
        }

        var end = new ReadOnlySequence<byte>("\r\n"u8.ToArray());
        var command = reader.Read(ref end);
        Assert.Equal(Length, Assert.Single(command!).Length);
        Assert.True(command![0].AsSpan().IndexOfAnyExcept((byte)7) < 0);
    }

    [Theory]
    [InlineData("PING\r\n")]
    [InlineData("*x\r\n")]
    [InlineData("*-1\r\n")]
    [InlineData("*1\r\n+OK\r\n")]
    [InlineData("*1\r\n$999999999\r\n")]
    [InlineData("*1111111111111111111111111111111111111111111111")]
    public void Read_OfSomethingElse_Throws(string text) => Assert.Throws<InvalidDataException>(() =>
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text));
        new CommandReader().Read(ref buffer);
    });

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(byte[][] pieces)
        {
            Segment? first = null;
            Segment? last = null;
            foreach (var piece in pieces)
            {
                var next = new Segment { Memory = piece, RunningIndex = last is null ? 0 : last.RunningIndex + last.Memory.Length };
                if (last is not null)
                    last.Next = next;
                first ??= next;
                last = next;
            }

            return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
        }
    }
}
