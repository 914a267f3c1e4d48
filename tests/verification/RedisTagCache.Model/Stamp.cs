namespace RedisTagCache.Model;

/// <summary>The value of the epoch key. Epoch 0 is none.</summary>
internal record struct Stamp(byte Epoch, byte Generation, byte Run)
{
    public readonly bool IsNone => Epoch == 0;

    public readonly bool IsSameGeneration(Stamp other) => Generation == other.Generation && Generation != 0;

    public readonly bool IsSameLineage(Stamp other) => IsSameGeneration(other) && Run == other.Run;

    /// <summary>Whether a value started at that stamp may be validated by this one.</summary>
    public readonly bool Fits(Stamp startedAt) => !IsNone && (this == startedAt || (IsSameLineage(startedAt) && startedAt.Epoch <= Epoch));

    public readonly override string ToString() => $"{Epoch}:{Generation}:{Run}";
}
