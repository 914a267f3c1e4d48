namespace RedisTagCache.Tool;

/// <summary>Ends a command with a sentence for the user.</summary>
internal sealed class ToolException(int code, string message, string advice) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>What to do about it.</summary>
    public string Advice { get; } = advice;
}
