using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>A command that the server has.</summary>
/// <param name="LeastArguments">The smallest number of arguments, with the name.</param>
/// <param name="Run">Runs it.</param>
/// <param name="Effect">What it does to the data.</param>
/// <param name="IsForScripts">Whether scripts can call it.</param>
internal sealed record Command(int LeastArguments, Func<Call, RespReply> Run, Effect Effect = Effect.None, bool IsForScripts = true);
