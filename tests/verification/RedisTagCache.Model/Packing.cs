using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedisTagCache.Model;

/// <summary>The bytes of a state that a scenario can change. The others are the same in all of its states: those of a third instance, of messages that nobody sends.</summary>
internal sealed class Packing
{
    private readonly List<(int From, int Length)> _parts = [];
    private readonly World _begin;

    public Packing(Machine machine)
    {
        var scenario = machine.Scenario;
        _begin = machine.Begin();
        ref var world = ref _begin;
        for (var p = 0; p < scenario.Partitions; p++)
            Include(ref world.Servers[p]);
        for (var p = 0; p < scenario.Partitions && scenario.Faults.HasFlag(Faults.GoBack); p++)
            Include(ref world.Earlier[p]);
        Include(ref world.HasEarlier);
        for (var i = 0; i < scenario.Instances; i++)
        {
            ref var instance = ref world.Instances[i];
            for (var p = 0; p < scenario.Partitions; p++)
                Include(ref instance.TagStates[p]);
            Include(ref instance, Unsafe.SizeOf<TagStates>());
        }

        for (var o = 0; o < scenario.Ops.Length; o++)
            Include(ref world.Ops[o]);
        if (scenario.HasMessages)
            Include(ref world.Messages);
        if (scenario.HasOutbox)
            Include(ref world.Database);
        Include(ref world, (int)Unsafe.ByteOffset(ref Unsafe.As<World, byte>(ref world), ref world.Started));
    }

    /// <summary>The number of bytes.</summary>
    public int Length { get; private set; }

    public void Pack(in World world, Span<byte> packed)
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<World>(in world));
        var at = 0;
        foreach (var (from, length) in CollectionsMarshal.AsSpan(_parts))
        {
            bytes.Slice(from, length).CopyTo(packed[at..]);
            at += length;
        }
    }

    public void Unpack(ReadOnlySpan<byte> packed, out World world)
    {
        world = _begin;
        var bytes = MemoryMarshal.AsBytes(new Span<World>(ref world));
        var at = 0;
        foreach (var (from, length) in CollectionsMarshal.AsSpan(_parts))
        {
            packed.Slice(at, length).CopyTo(bytes[from..]);
            at += length;
        }
    }

    /// <summary>Fails if a state differs from the first one in a byte that is not packed.</summary>
    public void Check(in World world, ReadOnlySpan<byte> packed)
    {
        Unpack(packed, out var unpacked);
        if (!AreSame(world, unpacked))
            throw new InvalidOperationException("A scenario changes a byte that is not packed.");
    }

    public static bool AreSame(in World world, in World other) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<World>(in world)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<World>(in other)));

    /// <summary>Includes a part of the state, without its first bytes.</summary>
    private void Include<T>(ref T part, int without = 0)
        where T : struct
    {
        var from = (int)Unsafe.ByteOffset(ref Unsafe.As<World, byte>(ref Unsafe.AsRef(in _begin)), ref Unsafe.As<T, byte>(ref part)) + without;
        var length = Unsafe.SizeOf<T>() - without;
        Length += length;
        if (_parts.Count > 0 && _parts[^1].From + _parts[^1].Length == from)
            _parts[^1] = (_parts[^1].From, _parts[^1].Length + length);
        else
            _parts.Add((from, length));
    }
}
