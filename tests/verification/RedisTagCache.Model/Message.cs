using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Most)]
internal struct Messages
{
    public const int Most = 8;

    private Message _first;
}

internal enum MessageKind : byte
{
    None,
    Marks,
    Removal,
}

/// <summary>An announcement under way to those whose bit is set.</summary>
internal struct Message
{
    public MessageKind Kind;
    public byte To;
    public byte Partition;
    public TagInvalidationReply Marks;
    public byte Hard;
    public byte Soft;
    public byte Key;
    public byte Number;
    public byte Before;
}
