namespace RedisTagCache.Commands.Batching;

/// <summary>
/// The requests of a <see cref="RequestBatcher{TRequest, T}"/> that have not been sent. One that asks for what another one is waiting for shares its answer:
/// a request that was not sent yet is answered as of a later moment than any request that waits for it now.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class RequestQueue<TRequest, T>
    where TRequest : BatchedRequest<TRequest, T>, new()
{
    private const int MaxKept = 1_024;

    /// <summary>Those that may be shared, by the hash of their key.</summary>
    private readonly Dictionary<int, TRequest> _shared = [];
    private TRequest? _first;
    private TRequest? _last;

    public bool IsEmpty => _first is null;

    /// <summary>Gets the request that is to be sent next.</summary>
    public TRequest? First => _first;

    public void Add(TRequest request)
    {
        if (request.Hash != 0 && !request.IsAlone)
        {
            if (_shared.TryGetValue(request.Hash, out var earlier) && earlier.Key == request.Key && ReferenceEquals(earlier.Database, request.Database))
            {
                Share(earlier, request);
                return;
            }

            _shared.TryAdd(request.Hash, request);
        }

        _last = _last is null ? _first = request : _last.Next = request;
    }

    /// <summary>Takes the first request.</summary>
    public TRequest TakeFirst()
    {
        var request = _first!;
        (_first, request.Next) = (request.Next, null);
        if (_first is null)
            _last = null;
        if (_shared.TryGetValue(request.Hash, out var shared) && ReferenceEquals(shared, request))
            _shared.Remove(request.Hash);
        if (_shared.Count == 0 && _shared.Capacity > MaxKept)
            _shared.TrimExcess();
        return request;
    }

    /// <summary>The later one, and those that share its answer, get the answer of the earlier one.</summary>
    private static void Share(TRequest earlier, TRequest later)
    {
        earlier.Join(later);
        var last = later;
        while (last.Sharer is { } next)
            last = next;
        last.Sharer = earlier.Sharer;
        earlier.Sharer = later;
    }
}
