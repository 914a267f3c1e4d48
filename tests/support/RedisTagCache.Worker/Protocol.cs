using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisTagCache.Worker;

/// <summary>What a worker can be told to do.</summary>
internal enum Verb
{
    GetOrCreate,
    TryGet,
    Set,
    Remove,
    Evict,
    Expire,

    /// <summary>Reads until it reads something else than <see cref="Command.Value"/>, for ten seconds at most; gives what it has read last.</summary>
    Watch,

    /// <summary>
    /// Reads all entries that <see cref="Command.Tags"/> names, at once: from the region <see cref="Command.Key"/>, or as keys of Redis, each with a command of its
    /// own, where that is empty. Gives the number of hits and the bytes by which the peak of the working set grew.
    /// </summary>
    ReadMany,
}

/// <summary>What a worker has to say.</summary>
internal enum Stage
{
    /// <summary>It has started. Only then is it told anything.</summary>
    Ready,

    /// <summary>All callers of the command have called.</summary>
    Called,

    /// <summary>A run of the command's factory has started.</summary>
    Running,

    /// <summary>All callers have their answers.</summary>
    Done,
}

/// <summary>One line of JSON on a worker's input.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Key">The key; the tag of <see cref="Verb.Evict"/> and <see cref="Verb.Expire"/>.</param>
internal sealed record Command(Verb Verb, string Key)
{
    public long Id { get; init; }

    /// <summary>How many do it, all at once.</summary>
    public int Callers { get; init; } = 1;

    /// <summary>What is written, computed or waited for to end. A factory without it gives a value that no other run gives.</summary>
    public string? Value { get; init; }

    public string[] Tags { get; init; } = [];

    public CachePolicy? Policy { get; init; }

    /// <summary>How long the factory takes.</summary>
    public TimeSpan Takes { get; init; }

    /// <summary>Whether the factory then throws.</summary>
    public bool Fails { get; init; }

    /// <summary>Tags that the factory adds at its end.</summary>
    public string[] FactoryTags { get; init; } = [];

    /// <summary>Whether it goes through <c>HybridCache</c>.</summary>
    public bool ThroughHybridCache { get; init; }

    /// <summary>The key in Redis at which runs of a key's factory are counted.</summary>
    public static string CounterOf(string key) => "runs:" + key;
}

/// <summary>One line of JSON on a worker's output.</summary>
/// <param name="Id">The command's.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="At">When, by <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>: on Linux one clock for all processes.</param>
internal sealed record Answer(long Id, Stage Stage, long At)
{
    /// <summary>What each caller got; null for nothing.</summary>
    public string?[] Values { get; init; } = [];

    /// <summary>What was thrown at callers.</summary>
    public string[] Errors { get; init; } = [];
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(Command))]
[JsonSerializable(typeof(Answer))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
