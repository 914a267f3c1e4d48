namespace RedisTagCache.Diagnostics;

/// <summary>Why something failed, in a few words without keys, tags, payloads and passwords.</summary>
internal readonly record struct FailureReason(string Text)
{
    public override string ToString() => Text;
}
