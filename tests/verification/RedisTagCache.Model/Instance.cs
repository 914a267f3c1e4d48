using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Length)]
internal struct Instances
{
    public const int Length = 3;

    private Instance _first;
}

internal enum PollPhase : byte
{
    None,
    Asked,
    Answered,
    AwaitsTagState,
    AsksRemovals,
    HasRemovals,
}

internal struct Poll
{
    public PollPhase Phase;

    /// <summary>The changes in force when it began.</summary>
    public byte InForce;

    /// <summary>The operations that had joined another when it began.</summary>
    public byte Joined;
    public Stamp Stamp;
    public byte Removal;
    public byte Asked;
    public byte Syncs;
    public RemovalsPage Page;
}

internal struct Instance
{
    public TagStates TagStates;
    public RemovalLog Removals;
    public Copies Copies;

    /// <summary>Whether local copies may be returned without asking Redis: a poll has succeeded. Time does not pass here, so copies stay trusted.</summary>
    public bool IsCurrent;

    /// <summary>The changes that local copies must respect: those in force when the last poll began, and its own.</summary>
    public byte Due;

    public bool IsDown;

    /// <summary>The connection was lost, and this instance has not yet heard of it.</summary>
    public bool IsUnaware;
    public Poll Poll;
}
