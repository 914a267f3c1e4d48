using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Length)]
internal struct Messages
{
    public const int Length = 8;

    private Message _first;
}

internal enum MessageKind : byte
{
    None,
    TagInvalidations,
    Removal,
}

/// <summary>An announcement under way to those whose bit is set.</summary>
internal struct Message
{
    public MessageKind Kind;
    public byte To;
    public byte Partition;
    public TagInvalidationReply Invalidation;
    public byte Evicted;
    public byte Expired;
    public byte Key;
    public byte Number;
    public byte Before;
}
